import type { DoctorAnswer } from '../doctor.ts';

/** What was tried on a target, and the profile that follows from it. */
export function doctorJson({ examination: { tag, findings, leftovers, traffic, says } }: DoctorAnswer): unknown {
  return { tag, findings, leftovers, traffic, profile: says };
}

/** Why a target is left alone as a whole, in words. */
export const pauseWords: Readonly<Record<'auth' | 'protocol' | 'failures', string>> = {
  auth: 'it refused our credentials',
  protocol: 'it did not answer as a SCIM service',
  failures: 'none of the operations that were sent was carried out',
};

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from './build.ts';

/** Where something of the machine stands in the container; read-only but for volumes. */
type Mounts = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for a volume, as Docker makes it: with the owner and mode that the image has there. */
export async function makeVolume(image: Image, path: string, folder: string): Promise<string> {
  const facts = await lstat(join(image.root, path));
  await mkdir(folder, { mode: facts.mode & 0o777 });
  await chown(folder, facts.uid, facts.gid);
  return folder;
}

export interface Container {
  /** Runs a program in it, as the image's user. */
  run(...command: readonly string[]): Promise<Ended>;
  /** Starts one, such as the entrypoint. */
  start(...command: readonly string[]): ChildProcess;
}

/**
 * As `docker run --read-only`, without an engine: a mount namespace, a root that nobody can write to, the image's user with its
 * number, its environment and nothing else of this process. The network is the machine's.
 */
export function openContainer(image: Image, volumes: Mounts, files: Mounts): Container {
  const script = `set -e
root=$1; shift
mount --bind "$root" "$root"
while [ "$1" != -- ]; do
  mkdir -p "$root$3"; mount --bind "$2" "$root$3"
  [ "$1" = rw ] || mount -o remount,ro,bind "$root$3"
  shift 3
done
user=$2; directory=$3; shift 3
mount -t proc proc "$root/proc"
for device in null urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,ro,bind "$root"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" /bin/env -i -C "$directory" "$@"`;
  const start = (...command: readonly string[]): ChildProcess => {
    const mounts = [
      ...Object.entries(volumes).flatMap(([at, folder]) => ['rw', folder, at]),
      ...Object.entries(files).flatMap(([at, folder]) => ['ro', folder, at]),
    ];
    const environment = [...image.environment].map(([key, value]) => `${key}=${value}`);
    const args = ['--mount', 'sh', '-c', script, 'sh', image.root, ...mounts, '--', image.user, image.workdir];
    return spawn('unshare', [...args, ...environment, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  return {
    start,
    async run(...command) {
      const child = start(...command);
      let [stdout, stderr] = ['', ''];
      child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, stdout, stderr };
    },
  };
}

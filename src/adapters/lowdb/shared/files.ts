/**
 * The few file operations that the state needs, so that tests can make each of them fail or be the last one. What root
 * makes belongs to whom the state belongs (`owner.ts`).
 * Every path is below the state folder, except the folder itself and the note of how far it has come (`latest-note.ts`).
 */
export interface StateFiles {
  /** Makes a folder and those above it, mode 0700. No error when it is there. */
  makeFolder(path: string): Promise<void>;
  /** The one name of a place that may have several. */
  realPath(path: string): Promise<string>;
  /** What is at this path, without following a symbolic link. Undefined when there is nothing. */
  inspect(path: string): Promise<FileFacts | undefined>;
  list(folder: string): Promise<readonly string[]>;
  /** Sets the permission bits. */
  restrict(path: string, mode: number): Promise<void>;
  /**
   * `read`: read only. `create`: a new file, mode 0600; fails when something is there. `extend`: read and write what
   * is there. A symbolic link is an error.
   * @param folder whose owner gets what root makes, where that is another than the one it lies in
   */
  open(path: string, use: 'read' | 'create' | 'extend', folder?: string): Promise<StateFile>;
  /** Replaces what is at `to`, atomically. */
  rename(from: string, to: string): Promise<void>;
  /** No error when there is nothing. */
  remove(path: string): Promise<void>;
  /** Of an empty folder. */
  removeFolder(path: string): Promise<void>;
  /** Makes created, renamed and removed names of this folder durable. */
  syncFolder(folder: string): Promise<void>;
  /** Undefined where sockets are no files. */
  readonly sockets?: FolderSockets | undefined;
}

/** Sockets that are files: found by everybody who sees the file, in whatever network namespace. */
export interface FolderSockets {
  /** Listens there, mode 0600. Closing leaves the file. Undefined when the file system has no sockets. */
  listen(path: string): Promise<{ close(): Promise<void> } | undefined>;
  /** Whether a process listens there. True when nobody can tell. */
  answers(path: string): Promise<boolean>;
}

export interface StateFile {
  /** Fills the buffer from this position; returns how many bytes there were, 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Returns how many bytes were written: it may be fewer than given, for instance on a disk that fills up. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Content and size are on the disk when it resolves (fdatasync). */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** The user (uid) to whom it belongs; undefined where there is no such thing. */
  readonly owner?: number | undefined;
  /** Two names with the same identity are the same thing (device and inode). */
  readonly identity: string;
}

/** Writes all of it, however many calls that takes: one write(2) may store only a part. */
export async function writeFully(file: StateFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await file.write(bytes.subarray(done), position + done);
  }
}

/** Reads a small file as text. Undefined when it is longer than the limit. */
export async function readText(files: StateFiles, path: string, limit: number): Promise<string | undefined> {
  const file = await files.open(path, 'read');
  try {
    const buffer = Buffer.alloc(limit + 1);
    let size = 0;
    for (;;) {
      const got = await file.read(buffer.subarray(size), size);
      size += got;
      if (size > limit) return undefined;
      if (got === 0) return buffer.toString('utf8', 0, size);
    }
  } finally {
    await file.close();
  }
}

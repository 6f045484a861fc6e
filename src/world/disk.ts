/**
 * A machine's disk: files that grow by appends. An append stands in the memory of the machine
 * until it is synced. When only the process dies the machine keeps that memory; when the machine
 * goes, a part of what was not synced is lost, and where it tears is drawn by place.
 */
import type { Words } from '../kernel/actor.js';
import { entityOf, type Entity } from '../kernel/ids.js';
import type { Micros } from '../kernel/time.js';

/** What disk requests take, in microseconds. */
export type DiskCosts = Readonly<{
  appendMicros: Micros;
  syncMicrosMin: Micros;
  syncMicrosMax: Micros;
  readMicros: Micros;
}>;

/** A file; its entity is that of the machine and the name, so that no two disks tear alike. */
type File = { readonly entity: Entity; words: Words; length: number; synced: number };

const FILE_WORDS = 256;

export type Disk = Readonly<{ machine: string; files: Map<string, File> }>;

/** The empty disk of a machine. */
export function diskOf(machine: string): Disk {
  return { machine, files: new Map() };
}

/** The file of that name, made where it does not exist. */
export function fileOn(disk: Disk, name: string): File {
  let file = disk.files.get(name);
  if (file === undefined) {
    const entity = entityOf(disk.machine + '/' + name);
    file = { entity, words: new Int32Array(FILE_WORDS), length: 0, synced: 0 };
    disk.files.set(name, file);
  }
  return file;
}

/** Adds to a file; not durable yet. */
export function appendTo(disk: Disk, name: string, words: Words): void {
  const file = fileOn(disk, name);
  const length = file.length + words.length;
  if (length > file.words.length) {
    const larger = new Int32Array(2 * length);
    larger.set(file.words.subarray(0, file.length));
    file.words = larger;
  }
  file.words.set(words, file.length);
  file.length = length;
}

/** The first `length` words of the file are durable from now on. */
export function syncedUpTo(disk: Disk, name: string, length: number): void {
  const file = fileOn(disk, name);
  file.synced = Math.max(file.synced, Math.min(length, file.length));
}

/** What a process reads: also what is not durable yet. */
export function contentOf(disk: Disk, name: string): Words {
  const { words, length } = fileOn(disk, name);
  return words.slice(0, length);
}

/**
 * The machine goes: each file keeps what was synced and a part of the rest.
 *
 * @param keep  how many of so many unsynced words survive; asked once a file, by its entity
 */
export function tearDisk(disk: Disk, keep: (file: Entity, unsynced: number) => number): void {
  for (const file of disk.files.values()) {
    const unsynced = file.length - file.synced;
    if (unsynced > 0) file.length = file.synced + keep(file.entity, unsynced);
    file.synced = file.length;
  }
}

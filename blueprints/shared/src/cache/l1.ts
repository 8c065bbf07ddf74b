import { LRUCache } from 'lru-cache';
import type { Entry } from './entry.ts';
import { TagVersions } from './tag-versions.ts';

/** An entry's name, and its tags' versions in this process when its reader came. */
export interface Address {
  id: string;
  tags: readonly string[];
  versions: string;
}

export interface Kept extends Entry {
  /** Until then nobody loads it anew. */
  retryAt: number;
}

interface Stored extends Kept {
  versions: string;
}

/** What an entry takes beside its texts (measured: 310 to 340 bytes). */
const overheadBytes = 400;
/** A tag is remembered for so many bytes of entries; it takes 100 itself (measured). */
const bytesPerTag = 2048;
const maxTags = 100_000;

/** The entries of this process, at most `maxBytes` of them; the least recently used leave first.
 *  An address that was taken before an invalidation neither finds nor keeps anything after it. */
export class L1 {
  private readonly entries: LRUCache<string, Stored>;
  private readonly tagVersions: TagVersions;

  constructor(maxBytes: number) {
    this.tagVersions = new TagVersions(Math.min(maxTags, Math.ceil(maxBytes / bytesPerTag)));
    this.entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ text, versions }, id) =>
        overheadBytes + bytesOf(id) + bytesOf(text) + bytesOf(versions),
    });
  }

  get bytes(): number {
    return this.entries.calculatedSize;
  }

  address(id: string, tags: readonly string[]): Address {
    return { id, tags, versions: this.tagVersions.of(tags) };
  }

  get({ id, versions }: Address): Kept | undefined {
    const stored = this.entries.get(id);
    return stored?.versions === versions ? stored : undefined;
  }

  set({ id, tags, versions }: Address, kept: Kept): void {
    if (versions === this.tagVersions.of(tags)) this.entries.set(id, { ...kept, versions });
  }

  drop(tag: string): void {
    this.tagVersions.drop(tag);
  }

  clear(): void {
    this.tagVersions.clear();
    this.entries.clear();
  }
}

/** V8 keeps a text in one byte a character, or in two once a character is beyond Latin-1. */
const bytesOf = (text: string) => (/[^\0-\xff]/.test(text) ? 2 * text.length : text.length);

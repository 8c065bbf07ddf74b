import { LRUCache } from 'lru-cache';

/** Tags' versions in this process. A version that was dropped or forgotten is replaced by one that
 *  never was, so what carries an old one can only be missed, never be taken for current. */
export class TagVersions {
  private readonly versions: LRUCache<string, number>;
  private last = 0;
  private epoch = 0;

  constructor(max: number) {
    this.versions = new LRUCache({ max });
  }

  /** The current versions of tags, as one text to compare. */
  of(tags: readonly string[]): string {
    return [this.epoch, ...tags.map((tag) => this.one(tag))].join(' ');
  }

  drop(tag: string): void {
    this.versions.delete(tag);
  }

  /** Drops all, also of what has no tags. */
  clear(): void {
    this.last += 1;
    this.epoch = this.last;
    this.versions.clear();
  }

  private one(tag: string) {
    const known = this.versions.get(tag);
    if (known !== undefined) return known;
    this.last += 1;
    this.versions.set(tag, this.last);
    return this.last;
  }
}

/** What a Redis says of itself. */
export interface RedisLook {
  /** The variable that says where it is. */
  name: string;
  pingSeconds: number;
  usedBytes: number;
  /** 0: no limit. */
  maxBytes: number;
  /** Keys evicted since it began. */
  evicted: number;
}

/** Looks at one; never for long. Throws when it cannot be reached. */
export interface RedisSource {
  name: string;
  look: () => Promise<RedisLook>;
  close: () => void;
}

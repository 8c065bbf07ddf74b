import type { Type } from '@nestjs/common';

/** The modules of your endpoints, a folder each beside this file (docs/extending.md). */
export const endpoints: Type[] = [];

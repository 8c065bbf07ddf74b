import type { Type } from '@nestjs/common';

/** The modules of your endpoints: a folder each beside this file (README.md, "Add an endpoint"). */
export const endpoints: Type[] = [];

{% if queue_store == 'redis' %}
import { Authenticator } from '../auth/authenticator.ts';
import { KeyStore } from '../auth/keys.ts';
import { BoardPage } from '../board/page.ts';
import type { Page } from '../ops/page.ts';
import type { Base } from '../process.ts';

/** The pages of the operations port: the queue's dashboard, loaded when somebody first looks. */
export const createPages = ({ config, db, log }: Omit<Base, 'readiness'>): Page[] => [
  new BoardPage(new Authenticator(new KeyStore(db)), async (path) => {
    const { createBoard } = await import('../board/board.ts');
    return createBoard({ url: config.REDIS_URL, queue: config.QUEUE_NAME, path }, log);
  }),
];
{% else %}
import type { Page } from '../ops/page.ts';
import type { Base } from '../process.ts';

/** The operations port has no pages. */
export const createPages = (_base: Omit<Base, 'readiness'>): Page[] => [];
{% endif %}

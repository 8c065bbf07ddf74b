import { HttpClient } from '../outgoing/http.ts';
import { Exposition } from './exposition.ts';

const patienceMs = 5000;

/** What the operations ports say, by URL; those that say nothing are unread. */
export async function lookAtProcesses(urls: string[], unread: (what: string) => void) {
  const http = new HttpClient();
  const looks = await Promise.all(
    urls.map(async (url): Promise<[string, Exposition][]> => {
      try {
        const signal = AbortSignal.timeout(patienceMs);
        const { status, text } = await http.get(`${url}/metrics`, { signal });
        if (status !== 200) throw new Error(`it answered ${status}`);
        return [[url, new Exposition(text)]];
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        unread(`${url}/metrics: ${code ?? message}. --ops URL,URL names those that run.`);
        return [];
      }
    }),
  );
  await http.close();
  return new Map(looks.flat());
}

import { proxyFor, type Proxies } from '@batchmill/contracts';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/**
 * Asks a receiver of telemetry for nothing (HEAD), so that it stores nothing. Resolves with its status, whichever that is: a
 * receiver that takes only posts refuses the question. Rejects with the error of the connection when there is no answer.
 */
export async function reachReceiver(
  url: string,
  { proxies, signal }: { readonly proxies: Proxies; readonly signal: AbortSignal },
): Promise<number> {
  const target = new URL(url);
  const isHttps = target.protocol === 'https:';
  const proxy = proxyFor(target, proxies)?.href;
  const options = proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
  const agent = isHttps ? new HttpsAgent(options) : new HttpAgent(options);
  return new Promise((resolve, reject) => {
    const request = (isHttps ? requestHttps : requestHttp)(target, { method: 'HEAD', signal, agent }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    request.on('error', reject).end();
  });
}

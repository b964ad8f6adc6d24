import files from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ROUTES, type Route } from '../api/index.ts';
import { PREFIX } from './openapi.ts';
import { problemBody } from './problem.ts';

/** The built pages, and what is said of an address that is none. */
export async function addPages(app: FastifyInstance, folder: string | null): Promise<void> {
  if (folder !== null) {
    app.get('/', (_request, reply) => reply.sendFile('index.html'));
    await app.register(files, {
      root: folder,
      index: false,
      cacheControl: false,
      dotfiles: 'ignore',
      setHeaders: keep,
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.replace(/[?#].*$/s, '');
    const methods = methodsOf(path);
    if (methods.length > 0 && !methods.includes(request.method))
      return reply.code(405).header('allow', methods.join(', ')).send(problemBody('no-such-method'));
    const isPage = request.method === 'GET' && !/^\/api(\/|$)|\.\w+$/.test(path);
    if (isPage && folder !== null) return reply.code(200).sendFile('index.html');
    return reply.code(404).send(problemBody('not-found'));
  });
}

/** Files of the build have a hash of their content in their names; the page that names them has not. */
function keep(reply: FastifyReply, path: string): void {
  const isHashed = /[/\\]assets[/\\][^/\\]+-[\w-]{8,}\.\w+$/.test(path);
  reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}

function methodsOf(path: string): string[] {
  return Object.values<Route>(ROUTES).flatMap(({ method, path: pattern }) =>
    new RegExp(`^${PREFIX}${pattern.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(path) ? [method] : [],
  );
}

/**
 * A hub on this machine: answers what `@huggingface/hub` asks about a model as the real one does, large files from
 * another origin, and keeps what was asked. A test says how it misbehaves.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trainTokenizer } from '../../../src/model/bpe';
import { writeJson } from '../../../src/model/files';
import { writeModelFolder } from '../../../src/model/folder';
import { initialize } from '../../../src/model/parameters';
import { presetConfig } from '../../../src/model/presets';
import { writeSafetensors } from '../../../src/model/safetensors';
import { join, tensorsOf } from '../../../src/model/stored';

export interface Asked {
  method: string;
  path: string;
  range?: string;
  token?: string;
  /** Whether large files' own origin was asked. */
  elsewhere: boolean;
}

/** Answers in the hub's place; false leaves the request to it. */
type Misbehaviour = (asked: Asked, response: ServerResponse) => boolean;

export const commit = 'a'.repeat(40);
const largest = 20_000;
const pageLength = 3;

export class LocalHub {
  readonly asked: Asked[] = [];
  misbehave: Misbehaviour = () => false;
  private readonly server: Server = createServer((request, response) => this.answer(request, response));

  constructor(
    readonly model: string,
    public files: Record<string, Buffer>,
  ) {}

  async start(): Promise<this> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Paths of files whose bytes were asked for, each once, without the look at their size that comes before. */
  get downloaded(): string[] {
    const paths = this.asked.filter(({ range }) => range !== 'bytes=0-0').map(({ path: asked }) => asked);
    return [...new Set(paths.flatMap((asked) => asked.match(/\/resolve\/\w+\/(.+)/)?.[1] ?? []))].sort();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url!, this.endpoint);
    const { range, authorization, host } = request.headers;
    const asked: Asked = {
      method: request.method!,
      path: url.pathname,
      range,
      token: authorization?.replace('Bearer ', ''),
      elsewhere: host!.startsWith('localhost'),
    };
    this.asked.push(asked);
    if (this.misbehave(asked, response)) return;
    const [, kind, rest] = /^\/(api\/models|large)\/(.*)$/.exec(asked.path) ?? [];
    if (kind === 'large') return sendPart(response, this.files[rest], range);
    if (kind === undefined) return this.resolve(request, asked, response);
    if (asked.path === `/api/models/${this.model}/revision/main`)
      return sendJson(response, { _id: '1', id: this.model, sha: commit, tags: ['license:mit'], lastModified: 0 });
    if (asked.path === `/api/models/${this.model}/tree/${commit}`) return this.list(url, response);
    const code = asked.path.startsWith(`/api/models/${this.model}/`) ? 'RevisionNotFound' : 'RepoNotFound';
    refuse(response, code === 'RepoNotFound' ? 401 : 404, code);
  }

  /** A few files at a time, as the hub gives a few hundred. */
  private list(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const names = Object.keys(this.files);
    const next = new URL(url);
    next.searchParams.set('cursor', String(from + pageLength));
    if (from + pageLength < names.length) response.setHeader('Link', `<${next.href}>; rel="next"`);
    sendJson(
      response,
      names.slice(from, from + pageLength).map((name) => entryOf(name, this.files[name])),
    );
  }

  private resolve(request: IncomingMessage, { path: asked, range }: Asked, response: ServerResponse): void {
    const name = asked.replace(`/${this.model}/resolve/${commit}/`, '');
    const bytes = this.files[name];
    if (!bytes) return refuse(response, 404, 'EntryNotFound');
    const { oid, lfs } = entryOf(name, bytes);
    response.setHeader('X-Repo-Commit', commit);
    response.setHeader('ETag', `"${oid}"`);
    if (!lfs) return sendPart(response, bytes, range);
    response.setHeader('X-Linked-Size', bytes.length);
    response.setHeader('X-Linked-ETag', `"${lfs.oid}"`);
    const large = `${this.endpoint.replace('127.0.0.1', 'localhost')}/large/${name}`;
    if (!request.headers.accept?.includes('xet')) return void response.writeHead(302, { Location: large }).end();
    response.setHeader('X-Xet-Hash', 'f'.repeat(64));
    response.setHeader('Link', `<${large}>; rel="xet-auth", <${large}>; rel="xet-reconstruction-info"`);
    response.writeHead(200, { 'Content-Type': 'application/vnd.xet-fileinfo+json' }).end('{}');
  }
}

function entryOf(path: string, bytes: Buffer) {
  const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const lfs = { oid: sha256, size: bytes.length, pointerSize: 130 };
  return { type: 'file', path, oid, size: bytes.length, ...(bytes.length > largest && { lfs }) };
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

export function refuse(response: ServerResponse, status: number, code?: string, message = code): void {
  if (code) response.setHeader('X-Error-Code', code);
  if (message) response.setHeader('X-Error-Message', message);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: message }));
}

/** The bytes, or the range of them that was asked for. */
export function sendPart(response: ServerResponse, bytes: Buffer, range?: string): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined) return void response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
  const end = to ? Number(to) + 1 : bytes.length;
  response.setHeader('Content-Range', `bytes ${from}-${end - 1}/${bytes.length}`);
  response.writeHead(206, { 'Content-Length': end - Number(from) }).end(bytes.subarray(Number(from), end));
}

const special = { bos: 1, eos: 2, pad: 0 };
const config = { ...presetConfig('nano', { vocabSize: 300, ...special }), layers: 1 };
const weights = initialize(config, 1);

/** A model folder's files as a repository has them, beside others that nobody wants. */
export async function modelFiles(): Promise<Record<string, Buffer>> {
  return filesOf(async (folder) => {
    await writeModelFolder(folder, { config, weights, tokenizer: trainTokenizer(['abab abab'], 300) });
    const names = ['README.md', 'LICENSE', 'LICENSE-data.txt', 'pytorch_model.bin', 'consolidated.safetensors'];
    for (const name of names) await writeJson(path.join(folder, name), name);
  });
}

/** The same weights in two parts with an index. */
export async function weightParts(): Promise<Record<string, Buffer>> {
  return filesOf(async (folder) => {
    const tensors = tensorsOf(config).map((tensor) => ({
      ...tensor,
      data: join(tensor, config, (name) => weights.get(name)!),
    }));
    const halves = { 'model-1.safetensors': tensors.slice(0, 3), 'model-2.safetensors': tensors.slice(3) };
    for (const [name, half] of Object.entries(halves)) await writeSafetensors(path.join(folder, name), half);
    const entries = Object.entries(halves).flatMap(([file, half]) => half.map(({ name }) => [name, file]));
    const index = { metadata: { total_size: 1 }, weight_map: Object.fromEntries(entries) };
    await writeJson(path.join(folder, 'model.safetensors.index.json'), index);
  });
}

async function filesOf(fill: (folder: string) => Promise<void>): Promise<Record<string, Buffer>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pit-hub-'));
  await fill(folder);
  const files = readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))]);
  rmSync(folder, { recursive: true });
  return Object.fromEntries(files);
}

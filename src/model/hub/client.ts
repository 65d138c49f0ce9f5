/** One model on the hub: what its repository holds at a revision, and the bytes of a file from any place on. */
import { fileDownloadInfo, listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { messageOf, UserError } from '../../errors';
import type { HubName } from './name';
import { oddAnswer, refusal, unreachable } from './refusals';
import type { HubSettings } from './settings';

/** A file in the repository. `id` names its content: a SHA-256 for large files, else Git's SHA-1. */
export interface HubFile {
  path: string;
  size: number;
  id: { algorithm: 'sha256' | 'git'; digest: string };
}

export interface Repository {
  commit: string;
  license?: string;
  /** Those of the top folder, by path. */
  files: ReadonlyMap<string, HubFile>;
}

/** The connection broke while bytes came. */
export class Broken extends Error {}

const size = z.number().int().min(0);
const info = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/), tags: z.array(z.string()).nullish() });
const entry = z
  .object({
    path: z.string(),
    size,
    oid: z.string().regex(/^[0-9a-f]{40}$/),
    lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size }).optional(),
  })
  .transform(({ path, size, oid, lfs }): HubFile =>
    lfs
      ? { path, size: lfs.size, id: { algorithm: 'sha256', digest: lfs.oid } }
      : { path, size, id: { algorithm: 'git', digest: oid } },
  );

export class HubModel {
  constructor(
    readonly name: HubName,
    private readonly settings: HubSettings,
    private readonly signal?: AbortSignal,
  ) {}

  /** The model's page. */
  get page(): string {
    return `${this.settings.endpoint}/${this.name.model}`;
  }

  look(): Promise<Repository> {
    return this.understood(async () => {
      const { model: name, revision } = this.name;
      const { sha, tags } = info.parse(
        await modelInfo({ ...this.common, name, revision, additionalFields: ['sha', 'tags'] }),
      );
      const files = new Map<string, HubFile>();
      for await (const found of listFiles({ ...this.common, repo: name, revision: sha }))
        if (found.type === 'file') files.set(found.path, entry.parse(found));
      const license = tags?.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
      return { commit: sha, license, files };
    });
  }

  /** A small file's whole text. */
  async text(commit: string, file: HubFile): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.read(commit, file, 0)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The bytes from `start` on, never more than the file has. @throws Broken if the connection ends before they do */
  async *read(commit: string, { path, size }: HubFile, start: number): AsyncGenerator<Uint8Array> {
    const response = await this.open(commit, path, start);
    let left = size - start;
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        if ((left -= chunk.length) < 0) throw oddAnswer(this.settings.endpoint, `${path} is larger than it said`);
        yield chunk;
      }
    } catch (error) {
      this.signal?.throwIfAborted();
      throw error instanceof TypeError ? new Broken(messageOf(error)) : error;
    }
    if (left > 0) throw new Broken('too few bytes came');
  }

  private open(commit: string, path: string, start: number): Promise<Response> {
    return this.understood(async () => {
      const target = { repo: this.name.model, path, revision: commit };
      const found = await fileDownloadInfo({ ...this.common, ...target });
      if (!found) throw oddAnswer(this.settings.endpoint, `it lists ${path}, but does not have it`);
      const { token, endpoint } = this.settings;
      const isOwn = new URL(found.url).origin === new URL(endpoint).origin;
      const response = await this.fetch(found.url, {
        headers: {
          ...(token && isOwn && { Authorization: `Bearer ${token}` }),
          ...(start > 0 && { Range: `bytes=${start}-` }),
        },
      });
      if (start > 0 && response.status !== 206)
        throw oddAnswer(endpoint, `it gives all of ${path} when asked for a part`);
      return response;
    });
  }

  private get common() {
    return { hubUrl: this.settings.endpoint, accessToken: this.settings.token, fetch: this.fetch };
  }

  private readonly fetch: typeof fetch = async (address, init) => {
    const response = await fetch(address, { ...init, signal: this.signal }).catch((error) => {
      this.signal?.throwIfAborted();
      throw unreachable(error, this.settings.endpoint);
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusal(response, this.name, this.settings);
  };

  /** What the library could make nothing of is told as such. */
  private async understood<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error instanceof UserError) throw error;
      throw oddAnswer(this.settings.endpoint, error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error));
    }
  }
}

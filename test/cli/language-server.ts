/** A YAML language server as an editor talks to it: JSON-RPC over its standard streams. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const server = createRequire(import.meta.url).resolve(
  'yaml-language-server/bin/yaml-language-server',
);

type Message = Readonly<{ id?: number; method?: string; params?: unknown; result?: unknown }>;

/** What an editor may ask; `close` ends the server. */
export type Editor = Readonly<{
  /** Opens a file and gives what is wrong with it. */
  open(path: string, text: string): Promise<readonly Diagnostic[]>;
  request(method: string, params: unknown): Promise<unknown>;
  close(): void;
}>;

/** A mistake; positions count from 0. */
export type Diagnostic = Readonly<{
  message: string;
  range: Readonly<{ start: Readonly<{ line: number; character: number }> }>;
}>;

/** Starts the server. */
export async function editor(): Promise<Editor> {
  const child = spawn(process.execPath, [server, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  });
  const waiting = new Map<string, (value: unknown) => void>();
  let asked = 0;
  const send = (message: Message): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const hear = ({ id, method, params, result }: Message): void => {
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: unknown };
      waiting.get(uri)?.(diagnostics);
    } else if (method !== undefined && id !== undefined) {
      const { items = [] } = (params ?? {}) as { items?: unknown[] };
      send({ id, result: method === 'workspace/configuration' ? items.map(() => null) : null });
    } else waiting.get(String(id))?.(result);
  };
  let bytes = Buffer.alloc(0);
  child.stdout.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n/.exec(bytes.toString('latin1'));
      if (head === null) return;
      const end = head[0].length + Number(head[1]);
      if (bytes.length < end) return;
      const body = bytes.subarray(head[0].length, end).toString('utf8');
      bytes = bytes.subarray(end);
      hear(JSON.parse(body) as Message);
    }
  });
  const request = (method: string, params: unknown): Promise<unknown> => {
    const id = (asked += 1);
    const answer = new Promise((resolve) => waiting.set(String(id), resolve));
    send({ id, method, params });
    return answer;
  };
  await request('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  send({ method: 'initialized', params: {} });
  return {
    request,
    open(path, text) {
      const uri = pathToFileURL(path).href;
      const diagnostics = new Promise((resolve) => waiting.set(uri, resolve));
      const textDocument = { uri, languageId: 'yaml', version: 1, text };
      send({ method: 'textDocument/didOpen', params: { textDocument } });
      return diagnostics as Promise<readonly Diagnostic[]>;
    },
    close: () => void child.kill(),
  };
}

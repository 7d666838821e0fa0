// A demonstration of its own for a file of tests, and a network before it that can be bad.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, chmodSync } from "node:fs";
import { createServer, request as send } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { after } from "node:test";
import { call, connect } from "@aftercare/client/api";
import type { Server } from "@aftercare/client/api";

const ROOT = new URL("../../../../", import.meta.url).pathname;
const BINARY = process.env["AFTERCARE_BINARY"] ?? `${ROOT}target/debug/aftercare`;
const PASSWORD = "a password for tests only";

export const FORM = "daily-life-after-treatment";

export interface Demonstration {
  server: Server;
  /** The header of an account with every role. */
  staff: { Authorization: string };
}

/** Starts a demonstration on a free port; it ends with the file of tests. To be called before the first test. */
export async function demonstration(): Promise<Demonstration> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build`);
  const folder = mkdtempSync(`${tmpdir()}/aftercare-client-`);
  chmodSync(folder, 0o711); // where root starts it, Postgres runs as another user
  const options = ["demo", "--data-dir", folder, "--listen", "127.0.0.1:0", "--metrics-listen", "", "--log", "warn"];
  const child = spawn(BINARY, options, {
    env: { ...process.env, AFTERCARE_DEMO_PASSWORD: PASSWORD, AFTERCARE_SUBMISSIONS_PER_MINUTE: "100000" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said.push(chunk.toString());
      const found = /^listening on (http\S+)/m.exec(said.join(""));
      if (found) resolve(found[1]!);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (status) => reject(new Error(`the demonstration ended with ${status}:\n${said.join("")}`)));
  });
  after(async () => {
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  // Tests that are over do not wait for it.
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) (pipe as unknown as Socket).unref();
  const server = connect(address);
  const session = await call(server, "post", "/v1/sessions", { body: { email: "demo@aftercare.example", password: PASSWORD } });
  return { server, staff: { Authorization: `Bearer ${session.access_token}` } };
}

let campaigns = 0;

/** A campaign that is open now. */
export async function campaign({ server, staff }: Demonstration, more: object = {}): Promise<string> {
  const key = `client-${process.pid}-${campaigns++}`;
  const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
  const body = { key, form: FORM, title: { en: "Client", ko: "Client" }, opens_at: at(-1), closes_at: at(30), ...more };
  await call(server, "post", "/v1/campaigns", { header: staff, body });
  return key;
}

export async function invitations({ server, staff }: Demonstration, campaign: string, count: number): Promise<string[]> {
  const made = await call(server, "post", "/v1/campaigns/{campaign}/invitations", { path: { campaign }, header: staff, body: { count } });
  return made.invitations;
}

/** What a network does to a request: lets it through, loses it, loses its answer, breaks the answer off, or answers itself. */
export type Weather = "fine" | "request lost" | "answer lost" | "answer broken" | { status: number; headers?: Record<string, string> };

export interface Network {
  server: Server;
  /** What befalls the next requests, one after the other; then it is fine. */
  weather: Weather[];
  /** Method, path and headers of what came so far. */
  seen: { method: string; path: string; headers: IncomingMessage["headers"] }[];
}

/** A network before a server, which forwards to it and loses what it is told to lose. */
export async function network(behind: Server, options: Partial<Server> = {}): Promise<Network> {
  const weather: Weather[] = [];
  const seen: Network["seen"] = [];
  const forward = (from: IncomingMessage, to: ServerResponse): void => {
    const what = weather.shift() ?? "fine";
    seen.push({ method: from.method!, path: from.url!, headers: from.headers });
    if (what === "request lost") return void from.socket.destroy();
    if (typeof what === "object") return void to.writeHead(what.status, what.headers).end("<p>a proxy</p>");
    const { host: _, ...headers } = from.headers;
    const passed = send(behind.address + from.url!, { method: from.method!, headers }, (answer) => {
      if (what === "answer lost") return void answer.resume().on("end", () => from.socket.destroy());
      to.writeHead(answer.statusCode!, answer.headers);
      if (what === "fine") return void answer.pipe(to);
      answer.once("data", (chunk: Buffer) => {
        to.write(chunk.subarray(0, chunk.length / 2));
        setTimeout(() => from.socket.destroy(), 20);
      });
    });
    passed.on("error", () => from.socket.destroy());
    from.pipe(passed);
  };
  const proxy = createServer(forward);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  proxy.unref();
  const { port } = proxy.address() as AddressInfo;
  return { server: connect(`http://127.0.0.1:${port}`, options), weather, seen };
}

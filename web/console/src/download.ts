// A file that comes piece by piece, and what the server says of it before.

import { stream } from "./session.js";

/** What masking took, as the headers of an export have it. */
export interface Masking {
  [figure: string]: number;
}
export interface Diversity {
  question: string;
  least: number;
  uniform: number;
}
export interface Coming {
  name: string;
  masking: Masking | undefined;
  diversity: Diversity[];
  /** Reads the rest; tells how much has come. */
  read: (tell: (bytes: number) => void) => Promise<Blob>;
}

const dictionary = (header: string): Masking =>
  Object.fromEntries(header.split(/, */).flatMap((member) => {
    const [key, value] = member.split("=");
    return key && value ? [[key, Number(value)]] : [];
  }));

const diversities = (header: string): Diversity[] =>
  header.split(/, */).filter(Boolean).map((member) => {
    const [question = "", ...rest] = member.split(";");
    const of = Object.fromEntries(rest.map((it) => it.split("=") as [string, string]));
    return { question, least: Number(of["least"]), uniform: Number(of["uniform-classes"]) };
  });

export async function begin(path: string, query: Record<string, string | undefined>, signal: AbortSignal): Promise<Coming> {
  const given = Object.entries(query).filter((it): it is [string, string] => !!it[1]);
  const reply = await stream(`${path}?${new URLSearchParams(given)}`, signal);
  const masked = reply.headers.get("disclosure-control");
  return {
    name: /filename="([^"]+)"/.exec(reply.headers.get("content-disposition") ?? "")?.[1] ?? path.split("/").pop()!,
    masking: masked === null ? undefined : dictionary(masked),
    diversity: diversities(reply.headers.get("diversity") ?? ""),
    read: async (tell) => {
      const pieces: BlobPart[] = [];
      const reader = reply.body!.getReader();
      for (let bytes = 0; ; ) {
        const { done, value } = await reader.read();
        if (done) return new Blob(pieces);
        pieces.push(value);
        tell((bytes += value.length));
      }
    },
  };
}

// What lets a response in: the invitation itself, or the pass that is got for it.

import { isTemporary, ProblemError } from "../../client/src/api.js";
import type { Campaign, Server } from "../../client/src/api.js";
import type { Kept, Keeper } from "./keeper.js";
import { cardOf } from "./keeper.js";

/** Refusals after which an invitation can be typed in. */
export const MENDABLE =
  /^(invitation_(missing|malformed|unknown|used|misplaced)|pass_(missing|invalid|spent)|access_changed)$/;

/** What is kept from the moment at which an invitation is there. A campaign that is tried out takes no passes. */
export async function admission(
  { access, testing, pass }: Campaign,
  invitation: string | undefined,
  before?: Keeper,
): Promise<Pick<Kept, "credentials" | "passRequest"> & { card?: string | undefined }> {
  if (!invitation || access === "open" || (access === "pass" && testing)) return { credentials: {}, passRequest: undefined };
  const admitted = { credentials: { invitation }, card: cardOf(invitation) };
  if (access !== "pass" || !pass) return { ...admitted, passRequest: undefined };
  // The very same request gets the very same answer; another one gets none, since the invitation is used up by the first.
  const begun = before?.entry.credentials.invitation === invitation ? before.entry.passRequest : undefined;
  if (begun?.token_key === pass.token_key) return { ...admitted, passRequest: begun };
  const { beginPass } = await import("../../client/src/pass.js");
  return { ...admitted, passRequest: await beginPass(pass) };
}

/** Whether a pass will never be got with this invitation, so that there is no reason to repeat the request. */
export const isRefused = (error: unknown): boolean =>
  error instanceof ProblemError && !isTemporary(error) && /^(invitation_|pass_request_|access_without_)/.test(error.code);

/** Gets the pass that was begun. It is got now and spent with the response, so that there is time between the two. */
export async function finishPass(server: Server, keeper: Keeper): Promise<void> {
  const { campaign, credentials, passRequest } = keeper.entry;
  if (!passRequest || !credentials.invitation) return;
  const { getPass } = await import("../../client/src/pass.js");
  const pass = await getPass(server, campaign, credentials.invitation, passRequest);
  await keeper.keep({ credentials: { pass }, passRequest: undefined });
}

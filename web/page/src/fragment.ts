// What stands behind the # of an address: an invitation, or a receipt. It is taken out of the address bar at once. What the
// browser wrote into its history when the address was opened, no page can take back.

import { invitationOf } from "../../client/src/invitation.js";

export interface Found {
  invitation?: string | undefined;
  receipt?: string | undefined;
}

/** Holds an invitation between two pages. */
const HANDED = "aftercare-invitation";

/** Takes the invitation or the receipt out of the address. */
export function takeFragment(): Found {
  const invitation = invitationOf(location.href) ?? undefined;
  const [, receipt] = /^#r=([\w-]+)$/.exec(location.hash) ?? [];
  if (invitation || receipt) history.replaceState(history.state, "", location.pathname + location.search);
  return { invitation, receipt };
}

/** Hands an invitation to the next page without an address, which the history would keep; false where the browser does not let it. */
export function hand(invitation: string): boolean {
  try {
    sessionStorage.setItem(HANDED, invitation);
    return true;
  } catch {
    return false;
  }
}

/** What the page before handed on. */
export function handed(): string | undefined {
  try {
    const invitation = sessionStorage.getItem(HANDED) ?? undefined;
    sessionStorage.removeItem(HANDED);
    return invitation;
  } catch {
    return undefined;
  }
}

// The parts of the console, and which roles they are for.

import type { JSX } from "preact";
import type { Account, Role } from "./session.js";
import { ChangeCampaign, NewCampaign } from "./views/campaign-form.js";
import { Campaigns, OneCampaign } from "./views/campaigns.js";
import { OneForm } from "./views/form.js";
import { Forms, NewForm } from "./views/forms.js";
import { Invitations } from "./views/invitations.js";
import { Remarks } from "./views/remarks.js";
import { w } from "./words.js";

export interface Visit {
  account: Account;
  /** What stands in the address behind the section. */
  rest: string[];
  query: URLSearchParams;
}

export interface Section {
  key: string;
  title: string;
  about: string;
  isFor: (roles: Role[]) => boolean;
  view: (visit: Visit) => JSX.Element | undefined;
}

const anyOf =
  (...roles: Role[]) =>
  (held: Role[]): boolean =>
    roles.some((role) => held.includes(role));

export const sections = (): Section[] => [
  { key: "campaigns", title: w.campaigns.title, about: w.campaigns.about, isFor: anyOf("coordinator"), view: campaigns },
  { key: "forms", title: w.forms.title, about: w.forms.about, isFor: anyOf("author"), view: forms },
  { key: "remarks", title: w.remarks.title, about: w.remarks.about, isFor: anyOf("analyst"), view: only(() => <Remarks />) },
];

/** A section of one view. */
const only =
  (view: (visit: Visit) => JSX.Element) =>
  (visit: Visit): JSX.Element | undefined =>
    visit.rest.length === 0 ? view(visit) : undefined;

function forms({ rest: [form, ...more] }: Visit): JSX.Element | undefined {
  if (more.length > 0) return undefined;
  if (form === undefined) return <Forms />;
  return form === "new" ? <NewForm /> : <OneForm form={form} />;
}

function campaigns({ account, rest: [campaign, part, ...more] }: Visit): JSX.Element | undefined {
  if (more.length > 0) return undefined;
  if (campaign === undefined) return <Campaigns account={account} />;
  if (campaign === "new") return part === undefined ? <NewCampaign account={account} /> : undefined;
  if (part === undefined) return <OneCampaign campaign={campaign} />;
  if (part === "change") return <ChangeCampaign campaign={campaign} />;
  return part === "invitations" ? <Invitations campaign={campaign} /> : undefined;
}

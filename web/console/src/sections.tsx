// The parts of the console, and which roles they are for.

import type { JSX } from "preact";
import type { Account, Role } from "./session.js";
import { OneAccount } from "./views/account.js";
import { Accounts, NewAccount } from "./views/accounts.js";
import { Audit } from "./views/audit.js";
import { ChangeCampaign, NewCampaign } from "./views/campaign-form.js";
import { Campaigns, OneCampaign } from "./views/campaigns.js";
import { Export } from "./views/export.js";
import { Figures } from "./views/figures.js";
import { OneForm } from "./views/form.js";
import { Forms, NewForm } from "./views/forms.js";
import { Invitations } from "./views/invitations.js";
import { Keys } from "./views/keys.js";
import { Remarks } from "./views/remarks.js";
import { Report } from "./views/report.js";
import { Tables } from "./views/tables.js";
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
  { key: "figures", title: w.figures.title, about: w.figures.about, isFor: anyOf("analyst"), view: figures },
  { key: "accounts", title: w.accounts.title, about: w.accounts.about, isFor: anyOf("admin"), view: accounts },
  { key: "audit", title: w.audit.title, about: w.audit.about, isFor: anyOf("admin"), view: only(() => <Audit />) },
  // No key has the role author.
  { key: "keys", title: w.keys.title, about: w.keys.about, isFor: anyOf("analyst", "coordinator", "admin"), view: only(({ account }) => <Keys account={account} />) },
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

function figures({ account, query, rest: [form, part, ...more] }: Visit): JSX.Element | undefined {
  if (more.length > 0) return undefined;
  if (form === undefined) return <Figures account={account} />;
  if (part === undefined) return <Report form={form} account={account} />;
  if (part === "tables") return <Tables form={form} account={account} query={query} />;
  return part === "export" ? <Export form={form} account={account} /> : undefined;
}

function accounts({ account, rest: [id, ...more] }: Visit): JSX.Element | undefined {
  if (more.length > 0) return undefined;
  if (id === undefined) return <Accounts />;
  return id === "new" ? <NewAccount /> : <OneAccount id={id} own={account} />;
}

function campaigns({ account, rest: [campaign, part, ...more] }: Visit): JSX.Element | undefined {
  if (more.length > 0) return undefined;
  if (campaign === undefined) return <Campaigns account={account} />;
  if (campaign === "new") return part === undefined ? <NewCampaign account={account} /> : undefined;
  if (part === undefined) return <OneCampaign campaign={campaign} />;
  if (part === "change") return <ChangeCampaign campaign={campaign} />;
  return part === "invitations" ? <Invitations campaign={campaign} /> : undefined;
}

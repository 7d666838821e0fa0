// The roles of an account, and how far each reaches.

import type { JSX } from "preact";
import type { Role, Schemas } from "../session.js";
import { Check, Field, Radios } from "../ui.js";
import { w } from "../words.js";

const ROLES: readonly Role[] = ["admin", "author", "coordinator", "analyst"];
type Limited = Exclude<Role, "admin">;

/** The keys that a role is limited to, as they are typed. A role that is missing reaches everything. */
export type Limits = { [role in Limited]?: { forms: string; campaigns: string } };

const keys = (typed: string): string[] => typed.split(/[\s,]+/).filter(Boolean);

/** The limits of the roles that are held. */
export function toScopes(roles: Role[], limits: Limits): Schemas["ScopesView"] {
  const scopes: Schemas["ScopesView"] = {};
  for (const role of roles) {
    const limit = role === "admin" ? undefined : limits[role];
    if (!limit) continue;
    if (role === "author") scopes.author = { forms: keys(limit.forms) };
    else scopes[role as "coordinator" | "analyst"] = { forms: keys(limit.forms), campaigns: keys(limit.campaigns) };
  }
  return scopes;
}

export function fromScopes({ author, coordinator, analyst }: Schemas["ScopesView"]): Limits {
  const typed = (scope: { forms?: string[]; campaigns?: string[] }) => ({ forms: (scope.forms ?? []).join(" "), campaigns: (scope.campaigns ?? []).join(" ") });
  return {
    ...(author && { author: typed(author) }),
    ...(coordinator && { coordinator: typed(coordinator) }),
    ...(analyst && { analyst: typed(analyst) }),
  };
}

export const Roles = ({ roles, set }: { roles: Role[]; set: (roles: Role[]) => void }): JSX.Element => (
  <fieldset id="field/roles" tabIndex={-1} data-label={w.roles}>
    <legend>{w.roles}</legend>
    {ROLES.map((role) => (
      <Check
        key={role}
        label={w.role[role]}
        hint={w.accounts.role_about[role]}
        checked={roles.includes(role)}
        set={(checked) => set(ROLES.filter((it) => (it === role ? checked : roles.includes(it))))}
      />
    ))}
  </fieldset>
);

/** How far each role reaches, for those that can be limited. */
export function Reach({ roles, limits, set }: { roles: Role[]; limits: Limits; set: (limits: Limits) => void }): JSX.Element {
  const a = w.accounts;
  const one = (role: Limited): JSX.Element => {
    const limit = limits[role];
    const { [role]: _, ...others } = limits;
    return (
      <div key={role}>
        <Radios
          legend={a.limit(w.role[role])}
          value={limit ? "some" : "all"}
          set={(chosen) => set(chosen === "some" ? { ...limits, [role]: { forms: "", campaigns: "" } } : others)}
          options={[["all", a.limits.all], ["some", a.limits.some]]}
        />
        {limit && (
          <Field
            label={`${a.forms} (${w.role[role]})`}
            hint={role === "author" ? a.forms_of_author : a.forms_about}
            pointer={`/scopes/${role}/forms`}
            value={limit.forms}
            set={(forms) => set({ ...limits, [role]: { ...limit, forms } })}
          />
        )}
        {limit && role !== "author" && (
          <Field
            label={`${a.campaigns} (${w.role[role]})`}
            hint={a.campaigns_about}
            pointer={`/scopes/${role}/campaigns`}
            value={limit.campaigns}
            set={(campaigns) => set({ ...limits, [role]: { ...limit, campaigns } })}
          />
        )}
      </div>
    );
  };
  return <>{roles.filter((role): role is Limited => role !== "admin").map(one)}</>;
}

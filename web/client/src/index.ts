// Everything; a bundler leaves out what is not used.

export * from "./api.js";
export * from "./form.js";
export * from "./invitation.js";
export * from "./language.js";
export * from "./numbers.js";
export * from "./outbox.js";
export { beginPass, finishPass, getPass } from "./pass.js";
export type { PassOffer, PassRequest } from "./pass.js";
export * from "./receipt.js";
export * from "./work.js";

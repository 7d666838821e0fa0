// The database of the outbox: records that say nothing but which vault opens them and how often they were written.

import type { LockedVault, Sealed } from "./vault.js";

/** What is stored of an entry. */
export interface Sheet extends Sealed {
  id: string;
  vault: string;
  revision: number;
  /** The day of the last writing, by which is cleared what a closed tab left behind. */
  day: number;
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const finished = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });

/** Opens the database; one that is deleted elsewhere lets go. */
export function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("sheets", { keyPath: "id" });
    request.result.createObjectStore("vaults", { keyPath: "id" });
  };
  return done(request).then((database) => {
    database.onversionchange = () => database.close();
    return database;
  });
}

/** Deletes the database. */
export const erase = async (name: string): Promise<void> => {
  await done(indexedDB.deleteDatabase(name));
};

const writing = (database: IDBDatabase, store: string): [IDBObjectStore, Promise<void>] => {
  // What is said to be kept is on the disk.
  const transaction = database.transaction(store, "readwrite", { durability: "strict" });
  return [transaction.objectStore(store), finished(transaction)];
};

export const sheets = (database: IDBDatabase): Promise<Sheet[]> =>
  done(database.transaction("sheets").objectStore("sheets").getAll());

export const sheet = (database: IDBDatabase, id: string): Promise<Sheet | undefined> =>
  done(database.transaction("sheets").objectStore("sheets").get(id));

/** Writes a sheet in the place of the one with the revision before; whether it was that one that stood there. */
export async function replace(database: IDBDatabase, next: Sheet): Promise<boolean> {
  const [store, end] = writing(database, "sheets");
  let fits = false;
  const found = store.get(next.id);
  found.onsuccess = () => {
    const there = (found.result as Sheet | undefined)?.revision ?? 0;
    fits = there === next.revision - 1;
    if (fits) store.put(next);
  };
  await end;
  return fits;
}

export async function remove(database: IDBDatabase, ids: readonly string[]): Promise<void> {
  const [store, end] = writing(database, "sheets");
  for (const id of ids) store.delete(id);
  await end;
}

/** The vault behind a PIN, if there is one. */
export const lockedVault = async (database: IDBDatabase): Promise<LockedVault | undefined> => {
  const all = await done(database.transaction("vaults").objectStore("vaults").getAll());
  return (all as LockedVault[])[0];
};

/** Keeps a vault, unless another tab was first; the one that is kept. */
export async function keepVault(database: IDBDatabase, vault: LockedVault): Promise<LockedVault> {
  const [store, end] = writing(database, "vaults");
  let kept = vault;
  const all = store.getAll();
  all.onsuccess = () => {
    kept = (all.result as LockedVault[])[0] ?? vault;
    if (kept === vault) store.add(vault);
  };
  await end;
  return kept;
}

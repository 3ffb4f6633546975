import type { NeededRight, StoreRight } from '../store.js';

/** MongoDB's name of each right: https://www.mongodb.com/docs/manual/reference/privilege-actions/ */
const actionOf: Readonly<Record<StoreRight, string>> = {
  read: 'find',
  insert: 'insert',
  update: 'update',
  delete: 'remove',
  'create-index': 'createIndex',
};

interface Privilege {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly actions: readonly unknown[];
}

/**
 * Those of the rights that the answer to `connectionStatus` with `showPrivileges` does not give. Null: nobody is logged in, so
 * the server does not tell, as one without access control. https://www.mongodb.com/docs/manual/reference/command/connectionStatus/
 */
export function rightsLackedBy(
  status: Readonly<Record<string, unknown>>,
  { database, needed }: { readonly database: string; readonly needed: readonly NeededRight[] },
): readonly NeededRight[] | null {
  const { authenticatedUsers: users, authenticatedUserPrivileges: privileges } = fieldsOf(status['authInfo']);
  if (!Array.isArray(users) || users.length === 0 || !Array.isArray(privileges)) return null;
  const held = privileges.map((privilege) => privilegeIn(privilege));
  return needed.filter(
    ({ right, collection }) =>
      !held.some(
        ({ resource, actions }) => actions.includes(actionOf[right]) && covers(resource, { database, collection }),
      ),
  );
}

/** An empty name stands for every database or collection. */
function covers(
  resource: Privilege['resource'],
  { database, collection }: { database: string; collection: string | null },
): boolean {
  if (resource['anyResource'] === true) return true;
  const isDatabase = resource['db'] === '' || resource['db'] === database;
  return isDatabase && (resource['collection'] === '' || resource['collection'] === collection);
}

function privilegeIn(value: unknown): Privilege {
  const { resource, actions } = fieldsOf(value);
  return { resource: fieldsOf(resource), actions: Array.isArray(actions) ? actions : [] };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

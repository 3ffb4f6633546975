/** The URL of the replica set that the tests of `npm run test:replica-set` need, without a database. Throws when it is not set. */
export function replicaSetUrl(): string {
  const url = process.env['TEST_REPLICA_SET'];
  if (url !== undefined && url !== '') return url;
  throw new Error(
    'TEST_REPLICA_SET: found nothing, expected mongodb://host:27017,host:27018,host:27019/?replicaSet=name of a MongoDB replica set that may be stepped down',
  );
}

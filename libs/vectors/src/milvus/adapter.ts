import { adapter, choice, existingFile, text } from '@batchmill/contracts/settings';

export const milvus = adapter({
  name: 'Milvus',
  schemes: ['milvus'],
  settings: {
    token: text('MILVUS_TOKEN', {
      default: null,
      meaning: 'An API key, or `user:password`.',
      isSecret: true,
    }),
    tls: choice('MILVUS_TLS', ['true', 'false'], { default: 'false', meaning: 'Whether to connect by TLS.' }),
    caFile: existingFile('MILVUS_CA_FILE', {
      default: null,
      meaning: 'A PEM file of the authorities to trust. Unset: those that the system trusts.',
    }),
    certificateFile: existingFile('MILVUS_CERTIFICATE_FILE', {
      default: null,
      meaning: 'A PEM file of this client’s certificate, where the server wants one.',
    }),
    keyFile: existingFile('MILVUS_KEY_FILE', {
      default: null,
      meaning: 'A PEM file of the key of that certificate, without a password.',
    }),
    serverName: text('MILVUS_TLS_SERVER_NAME', {
      default: null,
      meaning: 'The name in the server’s certificate, where it differs from the host.',
    }),
  },
  async open({ url, log }, { token, tls, ...files }) {
    const { MilvusVectors } = await import('./milvus-vectors.js');
    return MilvusVectors.open({
      url,
      token: token ?? undefined,
      tls:
        tls === 'true'
          ? {
              caFile: files.caFile ?? undefined,
              certificateFile: files.certificateFile ?? undefined,
              keyFile: files.keyFile ?? undefined,
              serverName: files.serverName ?? undefined,
            }
          : undefined,
      log,
    });
  },
});

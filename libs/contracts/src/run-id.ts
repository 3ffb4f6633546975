/** Run ids stand in file names, keys and the provider's metadata. */
export const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

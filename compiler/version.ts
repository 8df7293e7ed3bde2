/** mmspec's own version, that of its package.json: the compiler reads no files, so that it runs in a browser too. */
export const version = "0.1.0";

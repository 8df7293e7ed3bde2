/** A string literal in the quotes that need fewer escapes; double ones where it is even. */
export function stringText(literal: string): string {
  const content = literal.slice(1, -1);
  const singles = content.split("'").length;
  const doubles = content.split('"').length;
  const quote = doubles > singles ? "'" : '"';
  const escaped = content.replace(
    /\\(.)|(["'])/gs,
    (match, after: string | undefined, bare: string | undefined) => {
      if (bare !== undefined) return bare === quote ? `\\${bare}` : bare;
      return (after === '"' || after === "'") && after !== quote ? after : match;
    },
  );
  return quote + escaped + quote;
}

/** 1e21 rather than 1e+21. */
export function numberText(literal: string): string {
  return literal.toLowerCase().replace("e+", "e");
}

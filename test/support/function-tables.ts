import { signatureOf } from '../../src/core/expression/functions/function.ts';
import { functionGroups } from '../../src/core/expression/functions/table.ts';

/** The tables of docs/expressions.md, as the functions describe themselves. */
export function functionTables(): string {
  return [...functionGroups]
    .map(([group, functions]) => {
      const rows = functions.map(({ doc, example: [expression, gives], entra, ...definition }) => {
        const cells = [
          code(signatureOf({ doc, example: [expression, gives], ...definition })),
          doc,
          `${code(expression)} → ${code(gives)}`,
          entra ?? '',
        ];
        return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
      });
      return [
        `### ${group}`,
        '',
        '| Function | What it gives | Example | In Entra ID |',
        '|---|---|---|---|',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

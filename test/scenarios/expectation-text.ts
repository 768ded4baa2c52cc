import { Document, visit } from 'yaml';
import type { Played } from './play.ts';

/** As much as one line holds. */
const width = 110;

/** A played scenario as YAML that is pleasant to review: what is short stands in one line. */
export function expectationText(played: Played): string {
  const document = new Document(JSON.parse(JSON.stringify(played)));
  visit(document, {
    Collection(_key, node, ancestors) {
      const isPart = ancestors.length > 2;
      if (isPart && JSON.stringify(node.toJSON()).length <= width) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExpressionContext } from '../../../../src/core/expression/expression.ts';
import { whyNot } from '../../../../src/core/mapping/condition-words.ts';
import { entry } from '../../../support/entries.ts';

const jane = entry('jane', { department: 'Legal', title: 'Counsel', mail: ['jane@x', 'j@x'], level: '3' });
const context: ExpressionContext = { isMemberOf: () => false, isOver: () => false };

describe('why a condition does not hold', () => {
  const cases: readonly [where: string, why: string][] = [
    ['department in ["Sales", "Support"]', 'department is Legal, and where wants Sales or Support'],
    ['department == "Sales"', 'department is Legal, and where wants Sales'],
    ['department != "Legal"', 'department is Legal, and where wants anything but Legal'],
    ['lower(Department) == "sales"', 'Department is Legal, and where wants sales'],
    [
      'title == "Counsel" && (department == "Sales" && employeeType == "staff")',
      'department is Legal, and where wants Sales; employeeType has no value, and where wants staff',
    ],
    [
      'department == "Sales" || title == "CEO"',
      'department is Legal, title is Counsel, and where wants department == "Sales" || title == "CEO"',
    ],
    ['title.startsWith("app-")', 'title is Counsel, and where wants title.startsWith("app-")'],
    ['employeeType != null', 'employeeType has no value, and where wants anything but no value'],
    ['"a@x" in mail', 'mail is jane@x and j@x, and where wants "a@x" in mail'],
    ['int(department) > 1', 'department is Legal, and where wants int(department) > 1'],
    ['memberOf("CN=x")', 'where wants memberOf("CN=x")'],
    ['department in []', 'department is Legal, and where wants department in []'],
  ];
  for (const [where, why] of cases)
    it(`is said of ${where}`, () => {
      assert.equal(whyNot(where, jane, context), why);
    });
});

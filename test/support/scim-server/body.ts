import { copyOf } from '../copy.ts';
import { isObject, isUnassigned, urn, violation, type Json, type Kind } from './protocol.ts';
import { attributeNamed, complaintAbout, coreAttributes, extensionAttributes, type Attribute } from './schema.ts';

/** Checks a whole resource as a client sent it, and leaves out what only the server may say. */
export function checkedBody(kind: Kind, body: unknown, creating: boolean): Json {
  if (!isObject(body)) throw violation('the body is not a JSON object', 'invalidSyntax');
  const { schemas } = body;
  if (!Array.isArray(schemas) || !schemas.includes(urn[kind]))
    throw violation(`schemas does not contain ${urn[kind]}`, 'invalidSyntax');
  if (creating && (body['id'] !== undefined || body['meta'] !== undefined))
    throw violation('id and meta are given by the server', 'mutability');
  const resource: Json = {};
  for (const [key, value] of Object.entries(body)) {
    if (key === 'schemas') continue;
    if (/^urn:/i.test(key)) {
      if (!schemas.includes(key)) throw violation(`${key} is used and not named in schemas`, 'invalidSyntax');
      const attributes = extensionAttributes(kind, key);
      if (attributes === undefined || !isObject(value)) throw violation(`unknown schema ${key}`, 'invalidSyntax');
      resource[key] = checkedAttributes(attributes, value);
    } else {
      Object.assign(resource, checkedAttributes(coreAttributes(kind), { [key]: value }));
    }
  }
  return copyOf(resource);
}

function checkedAttributes(attributes: readonly Attribute[], values: Json): Json {
  const result: Json = {};
  for (const [name, value] of Object.entries(values)) {
    const attribute = attributeNamed(attributes, name);
    if (attribute === undefined) throw violation(`unknown attribute ${name}`, 'invalidSyntax');
    if (attribute.readOnly || isUnassigned(value)) continue;
    const complaint = complaintAbout(attribute, value);
    if (complaint !== undefined) throw violation(complaint, 'invalidValue');
    result[attribute.name] = value;
  }
  return result;
}

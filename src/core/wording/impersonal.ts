/**
 * What a target says of a refusal, as far as it can be kept: words of a closed list, the names of SCIM's attributes, and
 * nothing else. Whatever is not among them may be a name, so that it is left out (`…`), as are quoted parts, addresses and
 * numbers. So it says what is the matter ("SCIM is not enabled on your plan") and never of whom.
 */
export function impersonal(text: string): string | undefined {
  const kept: string[] = [];
  let known = 0;
  for (const token of text.slice(0, longestRead).replace(quoted, ' … ').split(/\s+/)) {
    const word = token.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
    if (word === '' && token !== '…') continue;
    const isKnown = words.has(word.toLowerCase());
    if (isKnown) known += 1;
    if (isKnown) kept.push(word);
    else if (kept.at(-1) !== '…') kept.push('…');
  }
  if (known < fewest) return undefined;
  const said = kept.join(' ');
  return said.length > longestKept ? `${said.slice(0, longestKept - 1)}…` : said;
}

const quoted = /"[^"]*"?|'[^']*'|`[^`]*`|“[^”]*”|<[^>]*>|\[[^\]]*\]|\([^)]*\)/g;
const longestRead = 2_000;
const longestKept = 200;
/** Less says nothing. */
const fewest = 2;

const words: ReadonlySet<string> = new Set(
  `a about access account accounts action active actor admin administrator administrators after again all allowed already
  an and another any api application apply are as assigned at attribute attributes authorized available be because been
  before being belongs billing bad blocked body boolean both business but by bulk call can cannot change changed changes
  characters check client code conflict configured connection contact contain contains could create created creation
  currently data database deactivate deactivated default delete deleted denied detail did different directory disabled
  displayname does domain domains duplicate each edit either email emails empty enable enabled endpoint enterprise entity
  entitlement entitlements error exceed exceeded exceeds exist existing exists expected expired externalid failed failure
  feature field fields filter first for forbidden format found from full given givenname familyname formatted group groups
  had has have id identifier identity if immutable in inactive incorrect input insufficient integer internal into invalid
  is it its json key kind last length less license licensed licenses licence licences limit limited limits list locked login
  longer mail managed manager many match matching maximum may member members membership message method minimum missing
  modified modify more must name names need needed needs new no none not nothing null number object of off on one only
  operation operations option or organisation organization other out over owner owned parameter part password patch path
  payload permission permissions permitted phone phonenumber phonenumbers plan please policy possible present primary
  privileges process processed property protected provided provisioned provisioning put quota range rate reached read
  readonly reason record refused rejected remove removed replace request requests require required requires reserved
  resource resources response restricted right rights role roles schema schemas scim scope seat seats sent server service
  session set should single size so some source standard state status string subscription successful such support supported
  suspended syntax system taken target team teams temporarily tenant that the their there these they this those title to
  token too trial try type unable unauthorized unavailable unexpected unique uniqueness unknown unprocessable unsupported
  until update updated upgrade use used user username users using valid validation value values verified verify version was
  went were when which while with within without workspace write wrong you your`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

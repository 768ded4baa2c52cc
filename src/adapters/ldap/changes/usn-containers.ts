/** What people and groups stand beneath. A class that derives from one of these is meant too. */
const containerClasses = [
  'organizationalunit',
  'container',
  'builtindomain',
  'organization',
  'locality',
  'country',
  'lostandfound',
];

/** Group policies are containers by class. They change often and hold no people. */
const otherClasses = ['grouppolicycontainer'];

/** Whether an entry with these object classes may have people or groups beneath it. */
export function isContainer(objectClasses: readonly string[]): boolean {
  const classes = objectClasses.map((name) => name.toLowerCase());
  return (
    classes.some((name) => containerClasses.includes(name)) && !classes.some((name) => otherClasses.includes(name))
  );
}

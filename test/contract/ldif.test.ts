import { directorySourceContract } from './directory-source.ts';
import { atomically, inPlace, ldifFixture } from './ldif-fixture.ts';

directorySourceContract('An LDIF file that is replaced', () => ldifFixture(atomically));
directorySourceContract('An LDIF file that is written to', () => ldifFixture(inPlace));

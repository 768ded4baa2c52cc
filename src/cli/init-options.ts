import type { Starter } from '../bridge/init/starter.ts';

/** What `init` is told; the rest is asked for. */
export interface InitOptions {
  readonly out?: string;
  readonly force: boolean;
  readonly ldif?: string;
  readonly url?: readonly string[];
  readonly discover?: string;
  readonly site?: string;
  readonly startTls: boolean;
  readonly ca?: string;
  readonly bindDn?: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly base?: string;
  readonly userName?: string;
  readonly scopeGroup?: string;
  readonly targetUrl?: string;
  readonly target?: string;
  readonly profile?: string;
  readonly basic?: string;
  readonly oauth2?: string;
  readonly clientId?: string;
  readonly oauth2Scope?: string;
  readonly header?: string;
  readonly tokenFile?: string;
  readonly tokenEnv?: string;
  readonly leaves: Starter['leaves'];
  readonly json: boolean;
}

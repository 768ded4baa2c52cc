/** Something in a configuration that is probably not meant like this, as `check` tells it. */
export interface Finding {
  /** `error`: nothing good can come of it. `warning`: it can be meant; `--strict` takes it for an error. */
  readonly severity: 'error' | 'warning';
  /** Stable, for scripts. */
  readonly rule: FindingRule;
  /** Where it stands: a key of the configuration, or file, line and column. */
  readonly place: string;
  /** What is wrong, and what may be meant. */
  readonly text: string;
}

export type FindingRule =
  | 'unknown_attribute'
  | 'quotes_forgotten'
  | 'unknown_scim_name'
  | 'incomplete_path'
  | 'unknown_to_target'
  | 'nobody_in_scope'
  | 'everybody_rejected'
  | 'many_rejected'
  | 'odd_login'
  | 'finds_nobody'
  | 'open_to_all';

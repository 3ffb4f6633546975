/** Something wrong with the settings. */
export interface SettingProblem {
  /** The name of the setting or of the file. */
  readonly name: string;
  /** What was found and where, and what was expected. */
  readonly message: string;
  /** The group of the setting in the catalogue; null: it is no setting, or a file. */
  readonly group: string | null;
}

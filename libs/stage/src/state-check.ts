/**
 * Whether the state is still the one that this process works on. A backup that is restored under a running process replaces
 * it, and what the backup says is still to be sent may have been sent since. Asked before something is bought.
 */
export abstract class StateCheck {
  /** False: the state was replaced, or is being replaced. Nothing is to be bought on it. Rejects while the store is unavailable. */
  abstract isOwn(): Promise<boolean>;
}

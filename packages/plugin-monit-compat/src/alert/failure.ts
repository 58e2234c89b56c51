/** Why something cannot be delivered, and what that says about trying again. */
export class DeliveryFailure extends Error {
  /**
   * `never`: this one will be refused every time. `this`: it may be taken later, others may be taken now. `any`: nothing can be delivered
   * on this way at the moment.
   */
  readonly scope: 'never' | 'this' | 'any';

  constructor(message: string, scope: DeliveryFailure['scope']) {
    super(message);
    this.scope = scope;
  }
}

/** A store or service does not answer, or cannot work at the moment: the same request may succeed a little later. */
export class UnavailableFault extends Error {
  override readonly name: string = 'UnavailableFault'
}

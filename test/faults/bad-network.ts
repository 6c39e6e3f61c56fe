/** Far away, over a thin line that does not hold for long. */
export const BAD_NETWORK = { latency: 15, bandwidth: 250_000, cutAfter: 20_000 }
/** To wait until connections have been cut. */
export const CUT_WITHIN = { timeout: 60_000, interval: 50 }

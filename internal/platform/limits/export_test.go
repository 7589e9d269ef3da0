package limits

const MostKept = mostKept

func (b *Buckets) Kept() int { return len(b.kept) }

func (c *Callers) Kept() int { return len(c.environments) }

var LastHop = lastHop

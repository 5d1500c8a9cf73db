module parley/benchmarks/peer

go 1.23.0

require (
	github.com/beevik/etree v1.7.0
	github.com/russellhaering/goxmldsig v1.6.1
)

require github.com/jonboulle/clockwork v0.5.0 // indirect

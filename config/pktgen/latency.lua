-- SPDX-License-Identifier: BSD-3-Clause
-- Latency at SPP_RATE (percent of the link): pktgen stamps single packets among the others and
-- samples them where they arrive; one sample each 1 / SPP_SAMPLES seconds. To the first MAC of
-- SPP_MACS only: stamped packets have one.

local here = os.getenv("SPP_PKTGEN") or "config/pktgen"
local common = dofile(here .. "/common.lua")
local rate = tonumber(os.getenv("SPP_RATE") or "10")
local samples = tonumber(os.getenv("SPP_SAMPLES") or "1000")
local arrives = common.rx[1]
local file = os.tmpname()

common.prepare()
common.trial(1, 1)
pktgen.set_mac(common.tx, "dst", common.macs[1])
pktgen.latency(common.tx, "on")
pktgen.latency(arrives, "on")
pktgen.latsampler_params(arrives, "simple", math.floor(samples * common.seconds), samples, file)
pktgen.latsampler(arrives, "on")
local _, _, pps = common.trial(rate, common.seconds)
pktgen.latsampler(arrives, "off")

local times = {}
for line in io.lines(file) do
	times[#times + 1] = tonumber(line) -- the first line is a word: nil
end
os.remove(file)
table.sort(times)

local function at(share)
	return times[math.max(1, math.ceil(#times * share))] / 1000
end

if #times == 0 then
	common.say("no stamped packet arrived at port %s", arrives)
else
	common.say("%.3f %% of the link, %.3f Mpps, %d samples, us: p50 %.1f  p99 %.1f  p99.9 %.1f  most %.1f",
		common.percent(pps), pps / 1e6, #times, at(0.5), at(0.99), at(0.999), times[#times] / 1000)
end
pktgen.quit()

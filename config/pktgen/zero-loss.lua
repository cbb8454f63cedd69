-- SPDX-License-Identifier: BSD-3-Clause
-- The highest rate without loss, after RFC 2544 section 26.1: by halving between a rate that passed
-- and one that did not; the one found must pass a last trial. SPP_LOSS: packets a million that may
-- be lost (0); SPP_STEP: ends when the two are so near, in percent of the link (0.5).

local here = os.getenv("SPP_PKTGEN") or "config/pktgen"
local common = dofile(here .. "/common.lua")
local loss = tonumber(os.getenv("SPP_LOSS") or "0")
local step = tonumber(os.getenv("SPP_STEP") or "0.5")
local highest = tonumber(os.getenv("SPP_RATE") or "100")

local function passes(rate)
	local sent, came, pps = common.trial(rate, common.seconds)
	local lost = sent - came
	local good = sent > 0 and lost <= sent * loss / 1e6
	common.say("%8.3f %% asked  %8.3f %% sent  %12d sent  %12d received  %10d lost  %9.3f Mpps  %s",
		rate, common.percent(pps), sent, came, lost, pps / 1e6, good and "passes" or "loses")
	return good, pps
end

common.prepare()
common.trial(1, 1) -- connects, fills caches
common.say("%d bytes, %d MACs, trials of %d s", common.size, #common.macs, common.seconds)

local low, high, found = 0, highest, 0
local good, pps = passes(high)
if good then
	low, found = high, pps
end
while high - low > step do
	local rate = (low + high) / 2
	good, pps = passes(rate)
	if good then
		low, found = rate, pps
	else
		high = rate
	end
end
while low > 0 do
	good, pps = passes(low)
	if good then
		found = pps
		break
	end
	low = low - step
end
if low > 0 then
	common.say("without loss: %.3f %% of the link, %.3f Mpps", common.percent(found), found / 1e6)
	if common.percent(found) < low * 0.95 then
		common.say("pktgen sends no faster: it was asked for %.3f %%, the most without loss may be more",
			low)
	end
else
	common.say("without loss: no rate found (SPP_STEP is %.3f %%)", step)
end
pktgen.quit()

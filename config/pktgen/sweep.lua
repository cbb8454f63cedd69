-- SPDX-License-Identifier: BSD-3-Clause
-- What arrives at each of SPP_RATES (percent of the link).

local here = os.getenv("SPP_PKTGEN") or "config/pktgen"
local common = dofile(here .. "/common.lua")

common.prepare()
common.trial(1, 1)
common.say("asked %%  sent %%  sent Mpps  received Mpps  lost %%   (%d bytes, %d MACs)", common.size,
	#common.macs)
for rate in (os.getenv("SPP_RATES") or "10,25,50,75,100"):gmatch("[^,%s]+") do
	local sent, came, pps = common.trial(tonumber(rate), common.seconds)
	common.say("%7.1f  %6.1f  %9.3f  %13.3f  %6.3f", rate, common.percent(pps), pps / 1e6, came / common.seconds / 1e6,
		sent > 0 and (sent - came) * 100 / sent or 0)
end
pktgen.quit()

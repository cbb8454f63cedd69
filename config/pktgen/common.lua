-- SPDX-License-Identifier: BSD-3-Clause
-- What the scripts share: their settings from the environment, traffic to several MACs, one trial.
-- For pktgen-dpdk 23.03 with Lua; see docs/load-testing.md.

local common = {}

local function setting(name, default)
	local value = os.getenv("SPP_" .. name)
	return value ~= nil and value ~= "" and value or default
end

local function words(text)
	local found = {}
	for word in text:gmatch("[^,%s]+") do
		found[#found + 1] = word
	end
	return found
end

common.tx = setting("TX", "0") -- port that sends
common.rx = words(setting("RX", "1,2")) -- ports that receive
common.macs = words(setting("MACS", "00:11:22:33:44:55,00:11:22:33:44:66"))
common.source = setting("SOURCE", "02:00:00:00:ff:00")
common.size = tonumber(setting("SIZE", "64")) -- with FCS, as pktgen and RFC 2544 count
common.seconds = tonumber(setting("SECONDS", "10")) -- of a trial
common.output = setting("OUTPUT", "") -- a file for the results; else standard output

local out = common.output ~= "" and assert(io.open(common.output, "w")) or io.stdout

function common.say(...)
	out:write(string.format(...), "\n")
	out:flush()
end

-- One packet a MAC in turn, as a sequence; each a flow of its own.
function common.prepare()
	pktgen.screen("off")
	for n, mac in ipairs(common.macs) do
		pktgen.seq(n - 1, common.tx, mac, common.source, "10.0.0." .. (n + 1), "10.0.0.1/24",
			1024, 1024 + n, "ipv4", "udp", 1, common.size)
	end
	pktgen.set(common.tx, "seq_cnt", #common.macs)
	pktgen.set(common.tx, "count", 0)
	pktgen.sleep(1)
end

-- Percent of the sender's link that so many packets a second are; with preamble and gap, 20 bytes.
-- What was asked for is another thing: pktgen sends what its CPU can.
function common.percent(pps)
	local mbps = tonumber(pktgen.linkState(common.tx)[tonumber(common.tx)]:match("%d+"))
	return pps * (common.size + 20) * 8 * 100 / ((mbps or 10000) * 1e6)
end

local function counted(port, what)
	return pktgen.portStats(port, "port")[tonumber(port)][what]
end

local function received()
	local sum = 0
	for _, port in ipairs(common.rx) do
		sum = sum + counted(port, "ipackets")
	end
	return sum
end

-- Send for so long at this rate (percent of the link); packets sent, received, and sent a second.
-- pktgen counts once a second: so it waits before it looks.
function common.trial(rate, seconds)
	pktgen.set(common.tx, "rate", rate)
	pktgen.sleep(2)
	local sent, came = counted(common.tx, "opackets"), received()
	pktgen.start(common.tx)
	pktgen.sleep(seconds)
	pktgen.stop(common.tx)
	pktgen.sleep(3)
	sent, came = counted(common.tx, "opackets") - sent, received() - came
	return sent, came, sent / seconds
end

return common

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See capture_filter.h. The instructions are those of McCanne and Jacobson, "The BSD Packet Filter"
 * (USENIX 1993), with `mod` and `xor` as libpcap has them (pcap/bpf.h).
 */
#include "vf/capture_filter.h"

#include <sys/types.h>

#include <pcap/bpf.h>

_Static_assert(sizeof(struct spp_capture_insn) == sizeof(struct bpf_insn), "the same layout");
_Static_assert(offsetof(struct spp_capture_insn, jt) == offsetof(struct bpf_insn, jt) &&
		       offsetof(struct spp_capture_insn, jf) == offsetof(struct bpf_insn, jf) &&
		       offsetof(struct spp_capture_insn, k) == offsetof(struct bpf_insn, k),
	       "the same layout");

static bool
is_load(const struct spp_capture_insn *insn)
{
	switch (insn->code) {
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
		return insn->k < BPF_MEMWORDS;
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_MSH | BPF_B:
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_H | BPF_ABS:
	case BPF_LD | BPF_B | BPF_ABS:
	case BPF_LD | BPF_W | BPF_IND:
	case BPF_LD | BPF_H | BPF_IND:
	case BPF_LD | BPF_B | BPF_IND:
		return true;
	default:
		return false;
	}
}

static bool
is_alu(const struct spp_capture_insn *insn)
{
	bool constant = BPF_SRC(insn->code) == BPF_K;

	if ((insn->code & ~0xffu) != 0)
		return false;
	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_OR:
	case BPF_AND:
	case BPF_XOR:
		return true;
	case BPF_DIV:
	case BPF_MOD:
		return !constant || insn->k != 0;
	case BPF_LSH:
	case BPF_RSH:
		return !constant || insn->k < 32;
	case BPF_NEG:
		return constant;
	default:
		return false;
	}
}

/* @param left instructions behind this one */
static bool
is_jump(const struct spp_capture_insn *insn, size_t left)
{
	if ((insn->code & ~0xffu) != 0)
		return false;
	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return BPF_SRC(insn->code) == BPF_K && insn->k < left;
	case BPF_JEQ:
	case BPF_JGT:
	case BPF_JGE:
	case BPF_JSET:
		return insn->jt < left && insn->jf < left;
	default:
		return false;
	}
}

static bool
is_insn(const struct spp_capture_insn *insn, size_t left)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		return is_load(insn);
	case BPF_ST:
	case BPF_STX:
		return (insn->code == BPF_ST || insn->code == BPF_STX) && insn->k < BPF_MEMWORDS;
	case BPF_ALU:
		return is_alu(insn);
	case BPF_JMP:
		return is_jump(insn, left);
	case BPF_RET:
		return insn->code == (BPF_RET | BPF_K) || insn->code == (BPF_RET | BPF_A);
	default: /* BPF_MISC */
		return insn->code == (BPF_MISC | BPF_TAX) || insn->code == (BPF_MISC | BPF_TXA);
	}
}

/*
 * Words of memory that are read before they are written: bpf_filter() does not clear them, and what
 * is there is ours. Every way to an instruction is looked at, in one pass, because jumps go
 * forward.
 * @return the instruction that does so, or nb
 */
static size_t
find_unwritten(const struct spp_capture_insn *insns, size_t nb)
{
	static const uint16_t all = UINT16_MAX;
	uint16_t on_way[SPP_CAPTURE_FILTER_MAX]; /* bit k: word k was written, whatever the way */
	uint16_t written = 0;
	size_t i;

	_Static_assert(BPF_MEMWORDS == 16, "a bit each");
	for (i = 0; i < nb; i++)
		on_way[i] = all;
	for (i = 0; i < nb; i++) {
		const struct spp_capture_insn *insn = &insns[i];

		written &= on_way[i];
		if (insn->code == BPF_ST || insn->code == BPF_STX)
			written |= (uint16_t)(1u << insn->k);
		else if (BPF_MODE(insn->code) == BPF_MEM && BPF_CLASS(insn->code) <= BPF_LDX &&
			 ((written >> insn->k) & 1) == 0)
			return i;
		if (insn->code == (BPF_JMP | BPF_JA))
			on_way[i + 1 + insn->k] &= written;
		else if (BPF_CLASS(insn->code) == BPF_JMP) {
			on_way[i + 1 + insn->jt] &= written;
			on_way[i + 1 + insn->jf] &= written;
		}
		if (BPF_CLASS(insn->code) == BPF_JMP || BPF_CLASS(insn->code) == BPF_RET)
			written = all; /* nobody comes from here to the next one otherwise */
	}
	return nb;
}

int
spp_capture_filter_check(const struct spp_capture_insn *insns, size_t nb, struct spp_error *err)
{
	size_t i;

	if (nb == 0)
		return 0;
	if (nb > SPP_CAPTURE_FILTER_MAX)
		return spp_error(err, EINVAL, "filter: has %zu instructions (at most %d)", nb,
				 SPP_CAPTURE_FILTER_MAX);
	for (i = 0; i < nb; i++) {
		if (!is_insn(&insns[i], nb - 1 - i))
			return spp_error(err, EINVAL,
					 "filter: instruction %zu (code 0x%x, %u, %u, %u) may not "
					 "be: it is not classic BPF, or jumps out of the program",
					 i, insns[i].code, insns[i].jt, insns[i].jf, insns[i].k);
	}
	if (BPF_CLASS(insns[nb - 1].code) != BPF_RET)
		return spp_error(err, EINVAL, "filter: does not end by returning");
	i = find_unwritten(insns, nb);
	if (i < nb)
		return spp_error(err, EINVAL,
				 "filter: instruction %zu reads memory that was not written", i);
	return 0;
}

bool
spp_capture_filter_run(const struct spp_capture_insn *insns, size_t nb, const uint8_t *bytes,
		       uint32_t length, uint32_t captured)
{
	const void *same = insns;

	return nb == 0 || bpf_filter(same, bytes, length, captured) != 0;
}

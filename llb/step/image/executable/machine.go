package executable

import "debug/elf"

// header is what an ELF file says about the architecture it is for.
type header struct {
	machine elf.Machine
	class   elf.Class
	data    elf.Data
}

// machines are the headers of Go's architectures.
var machines = map[string]header{
	"386":      {elf.EM_386, elf.ELFCLASS32, elf.ELFDATA2LSB},
	"amd64":    {elf.EM_X86_64, elf.ELFCLASS64, elf.ELFDATA2LSB},
	"arm":      {elf.EM_ARM, elf.ELFCLASS32, elf.ELFDATA2LSB},
	"arm64":    {elf.EM_AARCH64, elf.ELFCLASS64, elf.ELFDATA2LSB},
	"loong64":  {elf.EM_LOONGARCH, elf.ELFCLASS64, elf.ELFDATA2LSB},
	"mips":     {elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2MSB},
	"mips64":   {elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2MSB},
	"mips64le": {elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2LSB},
	"mipsle":   {elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2LSB},
	"ppc64":    {elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2MSB},
	"ppc64le":  {elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2LSB},
	"riscv64":  {elf.EM_RISCV, elf.ELFCLASS64, elf.ELFDATA2LSB},
	"s390x":    {elf.EM_S390, elf.ELFCLASS64, elf.ELFDATA2MSB},
}

// isFor reports whether a file is for a platform. An architecture that is
// newer than the table is taken as it is.
func isFor(f elf.FileHeader, p Platform) bool {
	want, ok := machines[p.Arch]
	return isLinux(f.OSABI) && (!ok || want == header{f.Machine, f.Class, f.Data})
}

// isLinux reports whether a file does not name another system's calls.
func isLinux(abi elf.OSABI) bool { return abi == elf.ELFOSABI_NONE || abi == elf.ELFOSABI_LINUX }

// machine names what a file is for.
func machine(f elf.FileHeader) string {
	if !isLinux(f.OSABI) {
		return f.OSABI.String()
	}
	for arch, h := range machines {
		if h == (header{f.Machine, f.Class, f.Data}) {
			return "linux/" + arch
		}
	}
	return f.Machine.String()
}

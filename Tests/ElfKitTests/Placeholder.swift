import ElfKit

variable "region" {
  description = "AWS region, e.g. eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must look like eu-central-1."
  }
}

variable "subnet_id" {
  description = "The subnet the host stands in. It needs a way out to port 443: a private subnet behind a NAT gateway, or a public one with associate_public_ip_address."
  type        = string

  validation {
    condition     = can(regex("^subnet-[0-9a-f]{8,17}$", var.subnet_id))
    error_message = "subnet_id must look like subnet-0123456789abcdef0."
  }
}

variable "associate_public_ip_address" {
  description = "Gives the host a public address, for a subnet without NAT. No port of it is open either way."
  type        = bool
  default     = false
  nullable    = false
}

variable "name" {
  description = "Name of the host and prefix of everything that belongs to it."
  type        = string
  default     = "segue-ollama"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name must be 2 to 31 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "instance_type" {
  description = "Instance type, arm64 or x86-64; the image and the checksum follow it. Small embedding models want cores, not a GPU."
  type        = string
  default     = "c7g.large"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", var.instance_type))
    error_message = "instance_type must look like c7g.large."
  }

  validation {
    condition     = !can(regex("^(g|p|inf|trn|dl|vt)[0-9]", var.instance_type))
    error_message = "The image carries no GPU driver, so an accelerated instance would cost more and be no faster."
  }
}

variable "disk_gib" {
  description = "Size of the encrypted root disk in GiB: 8 for the system, 4 for Ollama, the rest for models."
  type        = number
  default     = 20

  validation {
    condition     = var.disk_gib >= 16 && var.disk_gib <= 500 && floor(var.disk_gib) == var.disk_gib
    error_message = "disk_gib must be a whole number from 16 to 500."
  }
}

variable "model" {
  description = "The model that is pulled at the first start, as Ollama names it."
  type        = string
  default     = "all-minilm"

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)?(:[A-Za-z0-9._-]+)?$", var.model))
    error_message = "model must be a name from Ollama's library, e.g. all-minilm or nomic-embed-text:v1.5."
  }
}

variable "ollama_version" {
  description = "The Ollama release that is installed. Change it together with ollama_sha256."
  type        = string
  default     = "0.13.3"

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.ollama_version))
    error_message = "ollama_version must be a release such as 0.13.3; \"latest\" is none."
  }
}

variable "ollama_sha256" {
  description = "SHA-256 of ollama-linux-ARCH.tgz of that release by architecture, from its sha256sum.txt."
  type        = map(string)
  default = {
    amd64 = "70a3d0f4cccd003641c5531d564a3494ed9a422e397c437d40f802ec1003c6eb"
    arm64 = "b9af11f08ef278f719070c000344417677350810b8fcf87617a242ae91701da7"
  }

  validation {
    condition     = length(var.ollama_sha256) > 0 && alltrue([for arch, sum in var.ollama_sha256 : contains(["amd64", "arm64"], arch) && can(regex("^[0-9a-f]{64}$", sum))])
    error_message = "ollama_sha256 must map amd64 and/or arm64 to 64 lower-case hexadecimal digits."
  }
}

variable "allowed_cidrs" {
  description = "Networks that may reach Ollama's port directly. Empty is right: use the tunnel. Ollama knows no password and no TLS."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "allowed_cidrs must be networks such as 10.20.0.0/16 or fd00:1234::/48."
  }

  # 0.0.0.0/0 and ::/0 are refused, and so are halves and quarters of the Internet.
  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : try(tonumber(split("/", cidr)[1]), 0) >= (strcontains(cidr, ":") ? 48 : 16)])
    error_message = "allowed_cidrs must name your own networks: no wider than /16, or /48 in IPv6. 0.0.0.0/0 and ::/0 are never right: Ollama lets in whoever reaches it."
  }
}

variable "tags" {
  description = "Tags added to everything."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.tags : length(key) <= 128 && length(value) <= 256 && !startswith(lower(key), "aws:")])
    error_message = "tags must be AWS tags: keys of at most 128 characters that do not begin with aws:, values of at most 256."
  }
}

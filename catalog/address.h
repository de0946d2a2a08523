// A PostgreSQL address: its hosts and their options, without asking anybody.
//
// Owner: none. Thread rule: any thread. Failure: in words; nothing is thrown.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace argosy::catalog {

using HostOptions = std::map<std::string, std::string>;  // by libpq's names

struct AddressOptions {
  HostOptions values;   // of several hosts: lists with commas
  std::string trouble;  // why libpq cannot read it; empty: it can
};

// Options that a prompt failover needs and that the address does not set are added: connect_timeout, tcp_user_timeout, keepalives.
AddressOptions read_address(const std::string& address);
// Every host with the options of the whole address. One without a host at all: itself.
std::vector<HostOptions> each_host(const AddressOptions& options);
// One host as an address for libpq, and as people name it: "db1:5432".
std::string url_of(const HostOptions& options);
std::string name_of(const HostOptions& options);
// Of what libpq says.
std::string first_line(std::string text);

// What is wrong with an address that can never be right; empty: nothing. Without what it says of users and passwords.
std::string address_trouble(const std::string& address);
// How many hosts the address names; 0: none, a local socket.
std::size_t count_hosts(const std::string& address);
// The address of one host with what a prompt failover needs; of several: as it is.
std::string with_prompt_options(const std::string& address);
// As name_of().
std::string first_host(const std::string& address);

}  // namespace argosy::catalog

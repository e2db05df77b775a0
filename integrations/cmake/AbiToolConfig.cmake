# AbiTool: links programs with what a library promises, not with one build of it.
#
#   find_package(AbiTool REQUIRED)
#
#   add_library(demo SHARED demo.c)
#   abitool_add_abi(TARGET demo ABI demo.abi CHECK)
#
#   add_executable(app main.c)
#   abitool_link_interface(app demo)
#
# app is linked with a stub that is made from demo.abi. It is linked again when that text promises
# something else, and only then; it is linked although demo is not built. With CHECK, a build of all
# fails when demo does not keep what demo.abi says.
#
# What runs programs while the project is built depends on the libraries themselves:
#
#   abitool_get_runtime(libraries app)
#   add_custom_command(OUTPUT table.txt COMMAND app > table.txt DEPENDS ${libraries})

cmake_minimum_required(VERSION 3.20)
include_guard(GLOBAL)

find_program(ABITOOL_EXECUTABLE abitool
  HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../bin"
  DOC "abitool, the ABI toolchain for ELF")
if(NOT ABITOOL_EXECUTABLE)
  set(AbiTool_FOUND FALSE)
  set(AbiTool_NOT_FOUND_MESSAGE "abitool was not found; set ABITOOL_EXECUTABLE to its path.")
  return()
endif()

#[=======================================================================[
abitool_add_abi(TARGET <library> [ABI <file>] [CHECK]
                [SONAME <name>] [ARCH <architecture>] [KERNEL <kernel>] [OUTPUT <file>])

Makes <library>::abi, an imported target to link with in place of <library>.

With ABI, it is a stub of that text. <library> may be a target of this project, an imported one, or
nothing yet. Without ABI, it is the interface of <library> as built (`abitool ifso`): programs are
then linked again when that changes, but not without the library.

CHECK adds a target to `all` that checks <library> against the ABI text.

The SONAME is that of <library>, if it is a target; else what the text says. ARCH is the processor of
the target system. OUTPUT is <library>.abi.so in the current binary directory.
#]=======================================================================]
function(abitool_add_abi)
  cmake_parse_arguments(PARSE_ARGV 0 arg "CHECK" "TARGET;ABI;SONAME;ARCH;KERNEL;OUTPUT" "")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "abitool_add_abi: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TARGET)
    message(FATAL_ERROR "abitool_add_abi: TARGET is missing")
  endif()
  if(NOT arg_ABI AND (NOT TARGET ${arg_TARGET} OR arg_CHECK))
    message(FATAL_ERROR "abitool_add_abi: ABI is missing: there is nothing to make "
      "an interface of, or to check ${arg_TARGET} against")
  endif()
  if(arg_CHECK AND NOT TARGET ${arg_TARGET})
    message(FATAL_ERROR "abitool_add_abi: CHECK: there is no target ${arg_TARGET}")
  endif()

  if(arg_OUTPUT)
    cmake_path(ABSOLUTE_PATH arg_OUTPUT BASE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}" NORMALIZE)
  else()
    string(REPLACE "::" "-" file "${arg_TARGET}")
    set(arg_OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${file}.abi.so")
  endif()
  string(REPLACE "::" "-" name "${arg_TARGET}-abi")

  _abitool_select(select "${arg_ARCH}" "${arg_KERNEL}")
  if(arg_ABI)
    cmake_path(ABSOLUTE_PATH arg_ABI BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    _abitool_soname(soname "${arg_TARGET}" "${arg_SONAME}")
    set(command stub "${arg_ABI}" -o "${arg_OUTPUT}" --emit library --if-changed
      ${select} ${soname})
    set(depends "${arg_ABI}")
  else()
    set(command ifso "$<TARGET_FILE:${arg_TARGET}>" "${arg_OUTPUT}")
    set(depends ${arg_TARGET})
  endif()

  # A stub that would not change keeps its time, and programs depend on that. What says that it is up
  # to date is a file of its own, so that a second build has nothing to do.
  add_custom_command(
    OUTPUT "${arg_OUTPUT}.stamp"
    BYPRODUCTS "${arg_OUTPUT}"
    COMMAND "${ABITOOL_EXECUTABLE}" ${command}
    COMMAND "${CMAKE_COMMAND}" -E touch "${arg_OUTPUT}.stamp"
    DEPENDS ${depends} "${ABITOOL_EXECUTABLE}"
    COMMENT "Making the interface of ${arg_TARGET}"
    VERBATIM)
  add_custom_target(${name} DEPENDS "${arg_OUTPUT}.stamp")

  add_library(${arg_TARGET}::abi SHARED IMPORTED GLOBAL)
  set_target_properties(${arg_TARGET}::abi PROPERTIES
    IMPORTED_LOCATION "${arg_OUTPUT}"
    ABITOOL_LIBRARY ${arg_TARGET})
  add_dependencies(${arg_TARGET}::abi ${name})
  if(TARGET ${arg_TARGET})
    # What users of the library need, save the library.
    set_target_properties(${arg_TARGET}::abi PROPERTIES
      INTERFACE_LINK_LIBRARIES "$<TARGET_PROPERTY:${arg_TARGET},INTERFACE_LINK_LIBRARIES>")
    foreach(property INCLUDE_DIRECTORIES SYSTEM_INCLUDE_DIRECTORIES COMPILE_DEFINITIONS
        COMPILE_OPTIONS COMPILE_FEATURES LINK_OPTIONS)
      set_target_properties(${arg_TARGET}::abi PROPERTIES
        INTERFACE_${property} "$<TARGET_PROPERTY:${arg_TARGET},INTERFACE_${property}>")
    endforeach()
  endif()

  if(arg_CHECK)
    add_custom_command(
      OUTPUT "${arg_OUTPUT}.checked"
      COMMAND "${ABITOOL_EXECUTABLE}" check --library "$<TARGET_FILE:${arg_TARGET}>"
        --abi "${arg_ABI}" ${select} --stamp "${arg_OUTPUT}.checked"
      DEPENDS ${arg_TARGET} "${arg_ABI}" "${ABITOOL_EXECUTABLE}"
      COMMENT "Checking ${arg_TARGET} against its ABI"
      VERBATIM)
    add_custom_target(${name}-check ALL DEPENDS "${arg_OUTPUT}.checked")
  endif()
endfunction()

#[=======================================================================[
abitool_link_interface(<target> <library> ...)

Links <target> with the interfaces of libraries, privately. In the build tree, <target> finds the
libraries themselves when it runs.
#]=======================================================================]
function(abitool_link_interface target)
  foreach(library IN LISTS ARGN)
    if(NOT TARGET ${library}::abi)
      message(FATAL_ERROR "abitool_link_interface: ${library} has no ABI; "
        "call abitool_add_abi(TARGET ${library} ABI ...) before")
    endif()
    target_link_libraries(${target} PRIVATE ${library}::abi)
    set_property(TARGET ${target} APPEND PROPERTY ABITOOL_RUNTIME ${library})
    if(TARGET ${library})
      set_property(TARGET ${target} APPEND PROPERTY
        BUILD_RPATH "$<TARGET_FILE_DIR:${library}>")
    endif()
  endforeach()
endfunction()

#[=======================================================================[
abitool_get_runtime(<variable> <target> ...)

The libraries of this project that programs need when they run, although they are linked without:
for the DEPENDS of commands that run them, and for add_dependencies.
#]=======================================================================]
function(abitool_get_runtime variable)
  set(found "")
  set(open ${ARGN})
  while(open)
    list(POP_FRONT open target)
    get_property(libraries TARGET ${target} PROPERTY ABITOOL_RUNTIME)
    foreach(library IN LISTS libraries)
      if(TARGET ${library} AND NOT library IN_LIST found)
        list(APPEND found ${library})
        list(APPEND open ${library})
      endif()
    endforeach()
  endwhile()
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

# Options that say which lines of an ABI text are meant.
function(_abitool_select variable arch kernel)
  if(NOT arch)
    set(arch "${CMAKE_SYSTEM_PROCESSOR}")
    if(CMAKE_SIZEOF_VOID_P EQUAL 4 AND arch MATCHES "^(x86_64|AMD64|amd64)$")
      set(arch i386)
    endif()
  endif()
  set(select "")
  if(arch)
    list(APPEND select --arch "${arch}")
  endif()
  if(kernel)
    list(APPEND select --kernel "${kernel}")
  endif()
  set(${variable} "${select}" PARENT_SCOPE)
endfunction()

function(_abitool_soname variable library soname)
  if(NOT soname AND TARGET ${library})
    get_target_property(type ${library} TYPE)
    get_target_property(imported ${library} IMPORTED)
    get_target_property(nameless ${library} NO_SONAME)
    if(type STREQUAL "SHARED_LIBRARY" AND NOT imported AND NOT nameless)
      set(soname "$<TARGET_SONAME_FILE_NAME:${library}>")
    endif()
  endif()
  if(soname)
    set(${variable} --soname "${soname}" PARENT_SCOPE)
  else()
    set(${variable} "" PARENT_SCOPE)
  endif()
endfunction()
